-- settle: forgets changed states that SQL has now. One that has changed again meanwhile stays.
--
-- KEYS[1] states
--
-- ARGV[1..] two a monitor: id, its state as read
--
-- Reply: the number of monitors forgotten.

local ids = {}
for i = 1, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
end
if #ids == 0 then
  return 0
end
local held = redis.call('HMGET', KEYS[1], unpack(ids))
local settled = {}
for n = 1, #ids do
  local i = (n - 1) * 2
  if held[n] == ARGV[i + 2] then
    settled[#settled + 1] = ids[n]
  end
end
if #settled > 0 then
  redis.call('HDEL', KEYS[1], unpack(settled))
end
return #settled
