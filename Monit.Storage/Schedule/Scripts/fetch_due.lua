-- fetch_due: takes due monitors without a lease. A crash loses them, so it is only used to measure the cost of leases.
--
-- KEYS[1] schedule
--
-- ARGV[1] the maximum number of ids, 1..2000
--
-- Reply: the ids.

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
if #ids > 0 then
  redis.call('ZREM', KEYS[1], unpack(ids))
end
return ids
