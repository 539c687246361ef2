-- complete: ends checks. Each job that still carries its token is scheduled again, its status and incident state are
-- stored, and its lease ends, all at once. A due time that has gone by moves on by whole periods, so that the cadence
-- keeps its phase. The configuration is never touched.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] status
-- KEYS[4] incident
--
-- ARGV[1..] six a job: id, token, due (Unix ms or +inf), period (ms; 0: none, an overdue job runs at once),
--   status, incident ('-': leave it, '': healthy, else the packed state)
--
-- Reply: the positions (from 1) of the jobs that were fenced off.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local all = {}
for i = 1, #ARGV, 6 do
  all[#all + 1] = ARGV[i]
end
if #all == 0 then
  return {}
end
local held = redis.call('ZMSCORE', KEYS[2], unpack(all))

local fenced, ids, schedule, status, incident, healthy = {}, {}, {}, {}, {}, {}
for n = 1, #all do
  local i = (n - 1) * 6
  local id, token = ARGV[i + 1], ARGV[i + 2]
  if not held[n] or tonumber(held[n]) ~= tonumber(token) then
    fenced[#fenced + 1] = n
  else
    local due = ARGV[i + 3]
    if due ~= '+inf' and tonumber(due) <= now then
      local period = tonumber(ARGV[i + 4])
      local at = now
      if period > 0 then
        at = tonumber(due) + math.floor((now - tonumber(due)) / period + 1) * period
      end
      due = string.format('%.0f', at)
    end
    ids[#ids + 1] = id
    schedule[#schedule + 1] = due
    schedule[#schedule + 1] = id
    status[#status + 1] = id
    status[#status + 1] = ARGV[i + 5]
    local state = ARGV[i + 6]
    if state == '' then
      healthy[#healthy + 1] = id
    elseif state ~= '-' then
      incident[#incident + 1] = id
      incident[#incident + 1] = state
    end
  end
end

if #ids > 0 then
  redis.call('ZADD', KEYS[1], unpack(schedule))
  redis.call('HSET', KEYS[3], unpack(status))
  if #incident > 0 then
    redis.call('HSET', KEYS[4], unpack(incident))
  end
  if #healthy > 0 then
    redis.call('HDEL', KEYS[4], unpack(healthy))
  end
  redis.call('ZREM', KEYS[2], unpack(ids))
end
return fenced
