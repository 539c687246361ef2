-- pace: adds what a worker has done since it last said so to what all workers have done in the last minute. One field for five seconds;
-- those that are older, or of a clock that has stepped back, are removed, and all of them when no worker is left.
--
-- KEYS[1] pace
--
-- ARGV[1] checks completed
-- ARGV[2] slots missed
-- ARGV[3] jobs claimed
-- ARGV[4] the sum of the times from due to claimed, ms
--
-- Reply: the number of fields.

local now = math.floor(redis.call('TIME')[1] / 5)
local slot = string.format('%.0f', now)

local fields = redis.call('HKEYS', KEYS[1])
for n = 1, #fields do
  local at = tonumber(fields[n]) or 0
  if at <= now - 12 or at > now then
    redis.call('HDEL', KEYS[1], fields[n])
  end
end

local checks, missed, claims, lag = string.match(redis.call('HGET', KEYS[1], slot) or '0 0 0 0', '^(%d+) (%d+) (%d+) (%d+)$')
redis.call('HSET', KEYS[1], slot, string.format('%.0f %.0f %.0f %.0f', tonumber(checks) + tonumber(ARGV[1]),
  tonumber(missed) + tonumber(ARGV[2]), tonumber(claims) + tonumber(ARGV[3]), tonumber(lag) + tonumber(ARGV[4])))
redis.call('PEXPIRE', KEYS[1], 60000)
return redis.call('HLEN', KEYS[1])
