-- trim: removes results that SQL has now. What was appended meanwhile stays; where the results are no longer those that were read,
-- nothing is removed. A status that complete left out is written, unless there is a newer one or the monitor is gone.
--
-- KEYS[1] results
-- KEYS[2] status
-- KEYS[3] config
--
-- ARGV[1..] four a monitor: id, its results as read, the status after the last of them ('': none), when that check began (Unix ms)
--
-- Reply: the number of monitors trimmed.

local ids = {}
for i = 1, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
end
if #ids == 0 then
  return 0
end
local held = redis.call('HMGET', KEYS[1], unpack(ids))
local known = redis.call('HMGET', KEYS[2], unpack(ids))

local gone, rest, status, trimmed = {}, {}, {}, 0
for n = 1, #ids do
  local i = (n - 1) * 4
  local read = ARGV[i + 2]
  if held[n] and string.sub(held[n], 1, #read) == read then
    trimmed = trimmed + 1
    if #held[n] == #read then
      gone[#gone + 1] = ids[n]
    else
      rest[#rest + 1] = ids[n]
      rest[#rest + 1] = string.sub(held[n], #read + 1)
    end
    if ARGV[i + 3] ~= '' then
      local at = known[n] and tonumber(string.match(known[n], '^%S+ %S+ %S+ %S+ (%d+)')) or 0
      if at < tonumber(ARGV[i + 4]) and redis.call('HEXISTS', KEYS[3], ids[n]) == 1 then
        status[#status + 1] = ids[n]
        status[#status + 1] = ARGV[i + 3]
      end
    end
  end
end

if #gone > 0 then
  redis.call('HDEL', KEYS[1], unpack(gone))
end
if #rest > 0 then
  redis.call('HSET', KEYS[1], unpack(rest))
end
if #status > 0 then
  redis.call('HSET', KEYS[2], unpack(status))
end
return trimmed
