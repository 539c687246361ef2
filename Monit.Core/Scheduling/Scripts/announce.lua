-- Included where configurations are written or removed: tells the workers, which keep configurations, with their next
-- claim. Every call has an edition of its own, a time in microseconds; the newest 10 000 changes are listed, and a
-- worker that has missed older ones forgets all it keeps.
local function announce(meta, changes, ids)
  if #ids == 0 then
    return
  end
  local time = redis.call('TIME')
  local last = tonumber(redis.call('HGET', meta, 'edition') or 0)
  local edition = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
  local entries = {}
  for i = 1, #ids do
    entries[i * 2 - 1] = edition
    entries[i * 2] = ids[i]
  end
  redis.call('HSET', meta, 'edition', edition)
  redis.call('ZADD', changes, unpack(entries))

  local surplus = redis.call('ZCARD', changes) - 10000
  if surplus > 0 then
    local newest = redis.call('ZRANGE', changes, surplus - 1, surplus - 1, 'WITHSCORES')[2]
    redis.call('HSET', meta, 'forgotten', string.format('%.0f', tonumber(newest)))
    redis.call('ZREMRANGEBYRANK', changes, 0, surplus - 1)
  end
end

