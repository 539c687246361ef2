-- remove: removes monitors from all keys, unless Redis has a newer version than the caller. A monitor that is paused counts as
-- checked out of turn now, so that pausing and resuming it over and over does not check it each time; its results stay until SQL has
-- them.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
-- KEYS[4] incident
-- KEYS[5] meta
-- KEYS[6] changes
-- KEYS[7] status
-- KEYS[8] extra
-- KEYS[9] results
-- KEYS[10] states
--
-- ARGV[1..] two a monitor: id, the caller's version of a paused one ('': deleted, remove any version)
--
-- Reply: the number of monitors removed, including those that were not there.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local removed, changed = 0, {}
for i = 1, #ARGV, 2 do
  local id = ARGV[i]
  local config = redis.call('HGET', KEYS[3], id)
  local version = config and tonumber(string.match(config, '^%d+')) or -1
  if ARGV[i + 1] == '' or version <= tonumber(ARGV[i + 1]) then
    if redis.call('HDEL', KEYS[3], id) == 1 then
      changed[#changed + 1] = id
      if ARGV[i + 1] ~= '' then
        redis.call('ZADD', KEYS[8], string.format('%.0f', now), id)
      end
    end
    if ARGV[i + 1] == '' then
      redis.call('ZREM', KEYS[8], id)
      redis.call('HDEL', KEYS[9], id)
    end
    redis.call('HDEL', KEYS[4], id)
    redis.call('HDEL', KEYS[7], id)
    redis.call('HDEL', KEYS[10], id)
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    removed = removed + 1
  end
end

-- include announce
return removed
