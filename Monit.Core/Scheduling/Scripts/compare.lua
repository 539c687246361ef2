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
local configs = redis.call('HMGET', KEYS[3], unpack(ids))

local missing, far = {}, {}
for n = 1, #ids do
  local i = (n - 1) * 3
  local have = configs[n] and tonumber(string.match(configs[n], '^%d+')) or -1
  -- few are leased: one question for each of them is cheaper than an answer for all
  if have < tonumber(ARGV[i + 2]) or not (scheduled[n] or redis.call('ZSCORE', KEYS[2], ids[n])) then
    missing[#missing + 1] = n
  elseif scheduled[n] then
    -- an infinite due time (to some Luas no number) is a parked monitor's, where parked monitors are never checked again
    local due = tonumber(scheduled[n]) or math.huge
    if due < math.huge and due > now + tonumber(ARGV[i + 3]) then
      far[#far + 1] = n
    end
  end
end
return { missing, far }
