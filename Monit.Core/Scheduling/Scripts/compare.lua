-- compare: one page of the Reconciler's sweep: which of these monitors does Redis not have as SQL has them?
-- It reads only; schedule mends what it finds.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] config
--
-- ARGV[1..] three a monitor: id, version, farthest (ms from now that its next check may lie ahead)
--
-- Reply: { positions (from 1) missing or outdated, positions due absurdly far ahead }.

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
local leased = redis.call('ZMSCORE', KEYS[2], unpack(ids))
local configs = redis.call('HMGET', KEYS[3], unpack(ids))

local missing, far = {}, {}
for n = 1, #ids do
  local i = (n - 1) * 3
  local have = configs[n] and tonumber(string.match(configs[n], '^%d+')) or -1
  if have < tonumber(ARGV[i + 2]) or not (scheduled[n] or leased[n]) then
    missing[#missing + 1] = n
  elseif scheduled[n] then
    -- an infinite due time is a parked monitor's, where parked monitors are never checked again
    local due = string.lower(scheduled[n])
    if not string.find(due, 'inf') and tonumber(due) > now + tonumber(ARGV[i + 3]) then
      far[#far + 1] = n
    end
  end
end
return { missing, far }
