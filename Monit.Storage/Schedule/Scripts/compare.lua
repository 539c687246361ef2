-- compare: one page of the Reconciler's sweep: finds the monitors that are missing in Redis, outdated, in a format that cannot
-- hold all of them (which a process of an earlier version wrote after Redis was emptied), or due too far ahead. Read-only; schedule
-- then writes them.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
--
-- ARGV[1..] four a monitor: id, version, farthest (the maximum time until its next check, ms), the lowest format that can hold it
--
-- Reply: { positions (from 1) missing or outdated, positions due too far ahead }.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The first format has a status in this place, which is at least 100.
local function format(config)
  local number = config and tonumber(string.match(config, '^%d+ %d+ %d+ (%d+) ')) or 1
  return number < 100 and number or 1
end

local ids = {}
for i = 1, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
end
if #ids == 0 then
  return { {}, {} }
end
local scheduled = redis.call('ZMSCORE', KEYS[1], unpack(ids))
local configs = redis.call('HMGET', KEYS[3], unpack(ids))

local missing, far = {}, {}
for n = 1, #ids do
  local i = (n - 1) * 4
  local have = configs[n] and tonumber(string.match(configs[n], '^%d+')) or -1
  -- few are leased, so a ZSCORE for each of them is cheaper than a ZMSCORE for all
  local lacks = have == tonumber(ARGV[i + 2]) and tonumber(ARGV[i + 4]) > 2 and format(configs[n]) < tonumber(ARGV[i + 4])
  if have < tonumber(ARGV[i + 2]) or lacks or not (scheduled[n] or redis.call('ZSCORE', KEYS[2], ids[n])) then
    missing[#missing + 1] = n
  elseif scheduled[n] then
    -- +inf, which not every Lua converts to a number, means parked for good
    local due = tonumber(scheduled[n]) or math.huge
    if due < math.huge and due > now + tonumber(ARGV[i + 3]) then
      far[#far + 1] = n
    end
  end
end
return { missing, far }
