-- restore: corrects the incident state of monitors that Redis has, if it is still as the caller has read it and they are not inflight, and
-- notes their state in `states`. One whose incident state is right is only noted.
--
-- KEYS[1] inflight
-- KEYS[2] incident
-- KEYS[3] config
-- KEYS[4] states
--
-- ARGV[1..] three a monitor: id, the incident state read ('': none), the right state (a digit) and incident state (nothing: healthy) as one text
--
-- Reply: the number of monitors corrected.

local corrected = 0
for i = 1, #ARGV, 3 do
  local id, seen, right = ARGV[i], ARGV[i + 1], string.sub(ARGV[i + 2], 2)
  if (redis.call('HGET', KEYS[2], id) or '') == seen and redis.call('HEXISTS', KEYS[3], id) == 1
    and (right == seen or not redis.call('ZSCORE', KEYS[1], id)) then
    if right == '' then
      redis.call('HDEL', KEYS[2], id)
    elseif right ~= seen then
      redis.call('HSET', KEYS[2], id, right)
    end
    redis.call('HSET', KEYS[4], id, string.sub(ARGV[i + 2], 1, 1))
    corrected = corrected + 1
  end
end
return corrected
