-- compare: one page of the Reconciler's sweep: finds the monitors that are missing in Redis, outdated, or due too far
-- ahead. Read-only; schedule then writes them.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
--
-- ARGV[1..] three a monitor: id, version, farthest (the maximum time until its next check, ms)
--
-- Reply: { positions (from 1) missing or outdated, positions due too far ahead }.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local ids = {}
for i = 1, #ARGV, 3 do
  ids[#ids + 1] = ARGV[i]
end
if #ids == 0 then
  return { {}, {} }
end
local scheduled = redis.call('ZMSCORE', KEYS[1], unpack(ids))
local configs = redis.call('HMGET', KEYS[3], unpack(ids))

local missing, far = {}, {}
for n = 1, #ids do
  local i = (n - 1) * 3
  local have = configs[n] and tonumber(string.match(configs[n], '^%d+')) or -1
  -- few are leased, so a ZSCORE for each of them is cheaper than a ZMSCORE for all
  if have < tonumber(ARGV[i + 2]) or not (scheduled[n] or redis.call('ZSCORE', KEYS[2], ids[n])) then
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
