-- restore: corrects the incident state of monitors that are not inflight, if it is still as the caller has read it.
--
-- KEYS[1] inflight
-- KEYS[2] incident
--
-- ARGV[1..] three a monitor: id, the incident state read ('': none), the incident state by SQL ('': healthy)
--
-- Reply: the number of monitors corrected.

local corrected = 0
for i = 1, #ARGV, 3 do
  local id = ARGV[i]
  if not redis.call('ZSCORE', KEYS[1], id) and (redis.call('HGET', KEYS[2], id) or '') == ARGV[i + 1] then
    if ARGV[i + 2] == '' then
      redis.call('HDEL', KEYS[2], id)
    else
      redis.call('HSET', KEYS[2], id, ARGV[i + 2])
    end
    corrected = corrected + 1
  end
end
return corrected
