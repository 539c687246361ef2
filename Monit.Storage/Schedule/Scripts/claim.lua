-- claim: moves due monitors from schedule to inflight with a lease, and returns which configurations have changed since
-- the caller's last claim, so that the caller can cache them.
-- The lease's deadline is the token that complete, release and extend require. No two claims share one, even if the clock
-- steps back. An id in both sets counts as inflight: it is removed from schedule and not claimed.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] incident
-- KEYS[4] meta
-- KEYS[5] changes
--
-- ARGV[1] the maximum number of ids, 1..2000
-- ARGV[2] lease, ms
-- ARGV[3] the revision of the configurations that the caller has cached ('': none)
-- ARGV[4] how long the monitors must have been due, ms
--
-- Reply: { now, deadline, built marker or nil, ids, due times, incidents, revision, changed ids or nil }. Ids are one
--   text with an id per line, which is cheaper for Redis and the client than a list. If all due times are within 200 ms,
--   only the first and the last are returned: formatting scores is the most expensive part of a claim. Incidents are a
--   list, empty if no monitor fails. Nil changed ids: any cached configuration may be outdated.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local meta = redis.call('HMGET', KEYS[4], 'built', 'last', 'edition', 'forgotten')
local built = meta[1]

local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - tonumber(ARGV[4])), 'LIMIT', 0, ARGV[1])
if #ids == 0 then
  return { now, 0, built, '', {}, {}, ARGV[3] ~= '' and ARGV[3], '' }
end

local deadline = string.format('%.0f', math.max(now + tonumber(ARGV[2]), tonumber(meta[2] or 0) + 1))

local revision, changed = meta[3] or '0', ''
if revision ~= ARGV[3] then
  local known = tonumber(ARGV[3]) or -1
  if known < tonumber(meta[4] or 0) or known > tonumber(revision) then
    changed = false
  else
    changed = table.concat(redis.call('ZRANGEBYSCORE', KEYS[5], '(' .. ARGV[3], '+inf'), '\n')
  end
end

local leases, n = {}, 0
for i = 1, #ids do
  leases[n + 1] = deadline
  leases[n + 2] = ids[i]
  n = n + 2
end

local dues = { redis.call('ZSCORE', KEYS[1], ids[1]), redis.call('ZSCORE', KEYS[1], ids[#ids]) }
if tonumber(dues[2]) - tonumber(dues[1]) > 200 then
  dues = redis.call('ZMSCORE', KEYS[1], unpack(ids))
end

redis.call('HSET', KEYS[4], 'last', deadline)
local leased = redis.call('ZADD', KEYS[2], 'NX', unpack(leases))
-- The ids have the lowest scores, so they are the first by rank.
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, #ids - 1)

if leased < #ids then
  local held = redis.call('ZMSCORE', KEYS[2], unpack(ids))
  local each, ours, oursDues = #dues == #ids, {}, {}
  for i = 1, #ids do
    if tonumber(held[i]) == tonumber(deadline) then
      ours[#ours + 1] = ids[i]
      oursDues[#oursDues + 1] = dues[i]
    end
  end
  ids = ours
  if each then
    dues = oursDues
  end
end

return {
  now, tonumber(deadline), built, table.concat(ids, '\n'), dues,
  #ids > 0 and redis.call('EXISTS', KEYS[3]) == 1 and redis.call('HMGET', KEYS[3], unpack(ids)) or {},
  revision, changed,
}
