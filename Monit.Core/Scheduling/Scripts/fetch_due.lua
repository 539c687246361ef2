-- fetch_due: takes due monitors without a lease (the seed's fetchDueMonitors). A crash loses what it returned, so it
-- only serves to measure what reliability costs.
--
-- KEYS[1] schedule
--
-- ARGV[1] the most ids to take, 1..2000
--
-- Reply: the ids.

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
if #ids > 0 then
  redis.call('ZREM', KEYS[1], unpack(ids))
end
return ids
