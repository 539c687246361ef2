-- reclaim: returns jobs whose lease has expired to the schedule, due at once. Leases that end too far ahead, because the
-- clock has stepped back, count as expired, and `last` is lowered so that new deadlines follow the clock again.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] meta
--
-- ARGV[1] the maximum number of ids, 1..2000
-- ARGV[2] the longest valid lease, ms
--
-- Reply: the number of jobs returned.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local farthest = now + tonumber(ARGV[2])
local due = string.format('%.0f', now)

local last = tonumber(redis.call('HGET', KEYS[3], 'last') or 0)
if last > farthest then
  redis.call('HSET', KEYS[3], 'last', string.format('%.0f', farthest))
end

local function reschedule(ids)
  if #ids > 0 then
    local schedule = {}
    for i = 1, #ids do
      schedule[#schedule + 1] = due
      schedule[#schedule + 1] = ids[i]
    end
    redis.call('ZADD', KEYS[1], unpack(schedule))
    redis.call('ZREM', KEYS[2], unpack(ids))
  end
  return #ids
end

local expired = reschedule(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', due, 'LIMIT', 0, ARGV[1]))
local far = reschedule(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', farthest), '+inf',
  'LIMIT', 0, string.format('%.0f', tonumber(ARGV[1]) - expired)))
return expired + far
