-- reclaim: returns jobs whose lease has run out to the schedule, due at once (the seed's reclaimMonitors). Leases
-- absurdly far ahead, left by a clock that has stepped back, count as run out, and stop holding new deadlines up.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] meta
--
-- ARGV[1] the most ids to return, 1..2000
-- ARGV[2] longest lease, ms: a deadline further ahead than this is a mistake
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

local function give_back(ids)
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

local expired = give_back(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', due, 'LIMIT', 0, ARGV[1]))
local far = give_back(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', farthest), '+inf',
  'LIMIT', 0, string.format('%.0f', tonumber(ARGV[1]) - expired)))
return expired + far
