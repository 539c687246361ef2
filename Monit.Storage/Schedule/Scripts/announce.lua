-- announce: included by the scripts that write or remove configurations. Records the ids in `changed`, so that the next
-- claim of each worker can invalidate their cache entries. Every call has its own revision, a time in microseconds. Only
-- the newest 10 000 changes are kept; a worker with an older revision invalidates its whole cache.
if #changed > 0 then
  local clock = redis.call('TIME')
  local latest = tonumber(redis.call('HGET', KEYS[5], 'edition') or 0)
  local revision = string.format('%.0f', math.max(clock[1] * 1000000 + clock[2], latest + 1))
  local entries = {}
  for i = 1, #changed do
    entries[#entries + 1] = revision
    entries[#entries + 1] = changed[i]
  end
  redis.call('HSET', KEYS[5], 'edition', revision)
  redis.call('ZADD', KEYS[6], unpack(entries))

  local surplus = redis.call('ZCARD', KEYS[6]) - 10000
  if surplus > 0 then
    local newest = redis.call('ZRANGE', KEYS[6], surplus - 1, surplus - 1, 'WITHSCORES')[2]
    redis.call('HSET', KEYS[5], 'forgotten', string.format('%.0f', tonumber(newest)))
    redis.call('ZREMRANGEBYRANK', KEYS[6], 0, surplus - 1)
  end
end
