-- schedule: adds monitors to the schedule, or updates their configuration. Writing revokes the lease of a running check,
-- so that a result of the old configuration is fenced off. A version older than the one in Redis is ignored; the same
-- version only adds an id that is in neither set, unless forced ("check now", repair), or unless Redis has it in a format below 3 and
-- it needs that one. The failure counters are kept if
-- what is checked and expected is unchanged; otherwise they are set as SQL implies.
-- A configuration of a format above the caller's stays as it is: the caller, which does not know all of it, would write
-- less. The same version may still be scheduled; a higher one is left to a newer process.
-- Each change of a monitor's state is noted in `states`. A healthy one that is new here is pending until it has been checked.
-- Checks out of turn ("check now", a change) of one monitor are a spacing apart, so that nobody can make Monit flood a target:
-- `extra` has when the last one was due. A monitor that is new here is due as its caller says, without being noted.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
-- KEYS[4] incident
-- KEYS[5] meta
-- KEYS[6] changes
-- KEYS[7] extra
-- KEYS[8] states
--
-- ARGV[1] the newest format that the caller knows
-- ARGV[2..] eight a monitor: id, config (version first), the state and the incident state by SQL as one text ('': none), phase (ms within the interval),
--   soon (the maximum delay until the next check, ms; '': due at the next slot), force (1 or 0),
--   what config checks and expects in the other format, spacing (ms between checks out of turn; 0: no matter when the last was)
--
-- Reply: { the number of monitors written, positions (from 1) of those left to a newer process }.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function version(config)
  return config and tonumber(string.match(config, '^%d+')) or -1
end

local function target(config)
  return string.match(config, '^%d+ %d+ %d+ (.*)$')
end

-- The first format has a status in this place, which is at least 100.
local function format(config)
  local number = config and tonumber(string.match(config, '^%d+ %d+ %d+ (%d+) ')) or 1
  return number < 100 and number or 1
end

-- The earliest due time of a check out of turn. One that is still to come is the one; one far ahead is of another clock.
local function out_of_turn(id, due, spacing)
  local last = tonumber(redis.call('ZSCORE', KEYS[7], id) or 0)
  if last > due then
    return last - due <= spacing and last or due
  end
  return math.max(due, last + spacing)
end

local UNJUDGED, PENDING, UP = '0 0 0 0 0 0 0', '0', '1'
local function set_incident(id, text, state)
  if text == '' then
    redis.call('HDEL', KEYS[4], id)
  else
    redis.call('HSET', KEYS[4], id, text)
  end
  redis.call('HSET', KEYS[8], id, state)
end

local written, newer, changed, spaced = 0, {}, {}, 0
for i = 2, #ARGV, 8 do
  local id, config, incident, state = ARGV[i], ARGV[i + 1], string.sub(ARGV[i + 2], 2), string.sub(ARGV[i + 2], 1, 1)
  local old = redis.call('HGET', KEYS[3], id)
  local have, new = version(old), version(config)

  local write = new > have or (new == have and ARGV[i + 5] == '1')
  if not write and new == have then
    write = (format(config) > 2 and format(old) < format(config))
      or (not redis.call('ZSCORE', KEYS[1], id) and not redis.call('ZSCORE', KEYS[2], id))
  end
  if write and format(old) > tonumber(ARGV[1]) then
    if new > have then
      newer[#newer + 1] = math.floor((i + 6) / 8)
      write = false
    else
      config = old
    end
  end

  if write then
    local interval = tonumber(string.match(config, '^%d+ (%d+)'))
    local due = now + 1 + (tonumber(ARGV[i + 3]) - (now + 1)) % interval
    if ARGV[i + 4] ~= '' then
      local at, spacing = now + tonumber(ARGV[i + 4]), tonumber(ARGV[i + 7])
      if spacing > 0 then
        at = out_of_turn(id, at, spacing)
      end
      if at < due then
        due = at
        if spacing > 0 and have >= 0 then
          redis.call('ZADD', KEYS[7], string.format('%.0f', due), id)
          spaced = math.max(spaced, spacing)
        end
      end
    end

    if old ~= config then
      redis.call('HSET', KEYS[3], id, config)
      changed[#changed + 1] = id
    end
    local fresh = have < 0
    if fresh or (target(old) ~= target(config) and target(old) ~= ARGV[i + 6]) then
      local known = redis.call('HGET', KEYS[4], id)
      if incident ~= '' then
        set_incident(id, incident, state)
      elseif fresh and not known then
        set_incident(id, UNJUDGED, PENDING)
      elseif not fresh and known and known ~= UNJUDGED then
        set_incident(id, '', UP)
      end
    end
    redis.call('ZADD', KEYS[1], string.format('%.0f', due), id)
    redis.call('ZREM', KEYS[2], id)
    written = written + 1
  end
end

if spaced > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', string.format('%.0f', now - spaced))
end

-- include announce
return { written, newer }
