-- announce: included where configurations are written or removed. Tells the workers, which keep configurations, with
-- their next claim, of the ids in `changed`. Every call has an edition of its own, a time in microseconds. The newest
-- 10 000 changes are listed; a worker that has missed older ones forgets all that it keeps.
if #changed > 0 then
  local clock = redis.call('TIME')
  local latest = tonumber(redis.call('HGET', KEYS[5], 'edition') or 0)
  local edition = string.format('%.0f', math.max(clock[1] * 1000000 + clock[2], latest + 1))
  local entries = {}
  for i = 1, #changed do
    entries[#entries + 1] = edition
    entries[#entries + 1] = changed[i]
  end
  redis.call('HSET', KEYS[5], 'edition', edition)
  redis.call('ZADD', KEYS[6], unpack(entries))

  local surplus = redis.call('ZCARD', KEYS[6]) - 10000
  if surplus > 0 then
    local newest = redis.call('ZRANGE', KEYS[6], surplus - 1, surplus - 1, 'WITHSCORES')[2]
    redis.call('HSET', KEYS[5], 'forgotten', string.format('%.0f', tonumber(newest)))
    redis.call('ZREMRANGEBYRANK', KEYS[6], 0, surplus - 1)
  end
end
