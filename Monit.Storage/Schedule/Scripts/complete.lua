-- complete: ends checks. Each job that still has its token is scheduled again, its status and incident state are stored,
-- and its lease ends, atomically. A due time in the past is moved to the future by whole periods, so that it stays on the
-- monitor's slots. The configuration is not written.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] status
-- KEYS[4] incident
--
-- ARGV[1] the earliest due time of the batch (Unix ms or +inf)
-- ARGV[2..] runs of jobs, each with a head: token, period (ms; 0: an overdue job is due at once), number of jobs, 1 if
--   their incidents change, else 0; then for each job: id, due (Unix ms or +inf), status, and, if incidents change, the
--   incident state (empty: healthy)
--
-- Reply: the positions (from 1) of the jobs that were fenced off.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local late = ARGV[1] ~= '+inf' and tonumber(ARGV[1]) <= now

-- The jobs of a claim share their token, so one range query finds all that still have it, and no score is formatted.
local by_token = {}
local function leased(token)
  local ids = by_token[token]
  if not ids then
    ids = {}
    local members = redis.call('ZRANGEBYSCORE', KEYS[2], token, token)
    for i = 1, #members do
      ids[members[i]] = true
    end
    by_token[token] = ids
  end
  return ids
end

local function next_due(due, period)
  if due == '+inf' or tonumber(due) > now then
    return due
  end
  local at = now
  if period > 0 then
    at = tonumber(due) + math.floor((now - tonumber(due)) / period + 1) * period
  end
  return string.format('%.0f', at)
end

local fenced, ids, schedule, status, incident, healthy = {}, {}, {}, {}, {}, {}
local n, position = 0, 0
local i = 2
while i <= #ARGV do
  local ids_leased, period, changes = leased(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 3] == '1'
  local last = position + tonumber(ARGV[i + 2])
  i = i + 4
  while position < last do
    position = position + 1
    local id, due = ARGV[i], ARGV[i + 1]
    if not ids_leased[id] then
      fenced[#fenced + 1] = position
    else
      ids_leased[id] = nil
      local two = n + n
      n = n + 1
      ids[n] = id
      schedule[two + 1] = late and next_due(due, period) or due
      schedule[two + 2] = id
      status[two + 1] = id
      status[two + 2] = ARGV[i + 2]
      if changes then
        local state = ARGV[i + 3]
        if state == '' then
          healthy[#healthy + 1] = id
        else
          incident[#incident + 1] = id
          incident[#incident + 1] = state
        end
      end
    end
    i = i + (changes and 4 or 3)
  end
end

if n > 0 then
  redis.call('ZADD', KEYS[1], unpack(schedule))
  redis.call('HSET', KEYS[3], unpack(status))
  if #incident > 0 then
    redis.call('HSET', KEYS[4], unpack(incident))
  end
  if #healthy > 0 then
    redis.call('HDEL', KEYS[4], unpack(healthy))
  end
  redis.call('ZREM', KEYS[2], unpack(ids))
end
return fenced
