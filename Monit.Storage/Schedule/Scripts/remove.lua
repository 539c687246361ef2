-- remove: removes monitors from all keys, unless Redis has a newer version than the caller.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
-- KEYS[4] incident
-- KEYS[5] meta
-- KEYS[6] changes
-- KEYS[7] status
--
-- ARGV[1..] two a monitor: id, the caller's version ('': remove any version)
--
-- Reply: the number of monitors removed, including those that were not there.

local removed, changed = 0, {}
for i = 1, #ARGV, 2 do
  local id = ARGV[i]
  local config = redis.call('HGET', KEYS[3], id)
  local version = config and tonumber(string.match(config, '^%d+')) or -1
  if ARGV[i + 1] == '' or version <= tonumber(ARGV[i + 1]) then
    if redis.call('HDEL', KEYS[3], id) == 1 then
      changed[#changed + 1] = id
    end
    redis.call('HDEL', KEYS[4], id)
    redis.call('HDEL', KEYS[7], id)
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    removed = removed + 1
  end
end

-- include announce
return removed
