-- release: returns claimed jobs to the schedule unchecked, due after a delay. Failure counters do not change.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
--
-- ARGV[1..] three a job: id, token, delay (ms)
--
-- Reply: the positions (from 1) of the jobs that were fenced off.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local all = {}
for i = 1, #ARGV, 3 do
  all[#all + 1] = ARGV[i]
end
if #all == 0 then
  return {}
end
local held = redis.call('ZMSCORE', KEYS[2], unpack(all))

local fenced, ids, schedule = {}, {}, {}
for n = 1, #all do
  local i = (n - 1) * 3
  if not held[n] or tonumber(held[n]) ~= tonumber(ARGV[i + 2]) then
    fenced[#fenced + 1] = n
  else
    ids[#ids + 1] = ARGV[i + 1]
    schedule[#schedule + 1] = string.format('%.0f', now + tonumber(ARGV[i + 3]))
    schedule[#schedule + 1] = ARGV[i + 1]
  end
end

if #ids > 0 then
  redis.call('ZADD', KEYS[1], unpack(schedule))
  redis.call('ZREM', KEYS[2], unpack(ids))
end
return fenced
