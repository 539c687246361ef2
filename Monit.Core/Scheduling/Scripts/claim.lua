-- claim: takes due monitors and leases them, with all that a check needs (the seed's fetchAndMoveToInflight).
-- The lease's deadline is the token that complete, release and extend must show. No two claims share one, even when
-- time steps back. An id found in both sets counts as inflight: it leaves the schedule and is not claimed.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
-- KEYS[4] incident
-- KEYS[5] meta
--
-- ARGV[1] the most ids to take, 1..2000
-- ARGV[2] lease, ms
--
-- Reply: { now, deadline, built marker or nil, ids, due times, configs, incidents }. Ids and configs are one text each, a
--   line a job (a config may be empty: lost), because a list costs Redis and its reader more. Due times that lie within
--   20 ms are told once, by the latest of them (to print a score is the dearest part of a claim). Incidents are a list,
--   and empty where no monitor fails.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local built = redis.call('HGET', KEYS[5], 'built')

local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[1])
if #ids == 0 then
  return { now, 0, built, '', {}, '', {} }
end

local last = tonumber(redis.call('HGET', KEYS[5], 'last') or 0)
local deadline = string.format('%.0f', math.max(now + tonumber(ARGV[2]), last + 1))

local leases, n = {}, 0
for i = 1, #ids do
  leases[n + 1] = deadline
  leases[n + 2] = ids[i]
  n = n + 2
end

local dues = { redis.call('ZSCORE', KEYS[1], ids[#ids]) }
if tonumber(dues[1]) - tonumber(redis.call('ZSCORE', KEYS[1], ids[1])) > 20 then
  dues = redis.call('ZMSCORE', KEYS[1], unpack(ids))
end

redis.call('HSET', KEYS[5], 'last', deadline)
local leased = redis.call('ZADD', KEYS[2], 'NX', unpack(leases))
-- They are the first of all, whatever their scores.
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, #ids - 1)

if leased < #ids then
  local held = redis.call('ZMSCORE', KEYS[2], unpack(ids))
  local ours, oursDues = {}, {}
  for i = 1, #ids do
    if tonumber(held[i]) == tonumber(deadline) then
      ours[#ours + 1] = ids[i]
      oursDues[#oursDues + 1] = dues[i]
    end
  end
  ids = ours
  if #dues > 1 then
    dues = oursDues
  end
  if #ids == 0 then
    return { now, 0, built, '', {}, '', {} }
  end
end

local configs = redis.call('HMGET', KEYS[3], unpack(ids))
for i = 1, #ids do
  configs[i] = configs[i] or ''
end

return {
  now, tonumber(deadline), built, table.concat(ids, '\n'), dues, table.concat(configs, '\n'),
  redis.call('EXISTS', KEYS[4]) == 1 and redis.call('HMGET', KEYS[4], unpack(ids)) or {},
}
