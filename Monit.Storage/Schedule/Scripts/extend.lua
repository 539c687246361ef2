-- extend: renews leases. The new deadline is the new token of all jobs that were not fenced off. It is later than each of
-- their old ones. Jobs of other calls may have the same token: if it had to be unique, more than 1000 calls a second would
-- push the deadlines into the future.
--
-- KEYS[1] inflight
-- KEYS[2] meta
--
-- ARGV[1] lease, ms
-- ARGV[2..] two a job: id, token
--
-- Reply: { now, deadline, positions (from 1) of the jobs that were fenced off }.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local all = {}
for i = 2, #ARGV, 2 do
  all[#all + 1] = ARGV[i]
end
if #all == 0 then
  return { now, 0, {} }
end
local held = redis.call('ZMSCORE', KEYS[1], unpack(all))

local last = tonumber(redis.call('HGET', KEYS[2], 'last') or 0)
local till = math.max(now + tonumber(ARGV[1]), last)
local fenced, ours = {}, {}
for n = 1, #all do
  if not held[n] or tonumber(held[n]) ~= tonumber(ARGV[n * 2 + 1]) then
    fenced[#fenced + 1] = n
  else
    ours[#ours + 1] = all[n]
    till = math.max(till, tonumber(held[n]) + 1)
  end
end

local deadline = string.format('%.0f', till)
local leases = {}
for i = 1, #ours do
  leases[#leases + 1] = deadline
  leases[#leases + 1] = ours[i]
end

if #leases > 0 then
  redis.call('HSET', KEYS[2], 'last', deadline)
  redis.call('ZADD', KEYS[1], unpack(leases))
end
return { now, tonumber(deadline), fenced }
