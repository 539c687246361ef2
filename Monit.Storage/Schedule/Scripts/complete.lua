-- complete: ends checks. Each job that still has its token is scheduled again, its result, status and incident state are stored,
-- and its lease ends, atomically. A due time in the past is moved to the future by whole periods, so that it stays on the
-- monitor's slots. The configuration is not written.
-- The result is appended to those in `results` that SQL does not have yet. A status that says no more than its result is not
-- sent: trim writes it later.
--
-- KEYS[1] schedule
-- KEYS[2] inflight
-- KEYS[3] status
-- KEYS[4] incident
-- KEYS[5] results
-- KEYS[6] states
--
-- ARGV[1] the earliest due time of the batch (Unix ms or +inf)
-- ARGV[2] the maximum number of bytes of a monitor's results; beyond it the oldest are dropped
-- ARGV[3..] runs of jobs, each with a head: token, period (ms; 0: an overdue job is due at once), number of jobs, 1 if
--   their incidents change, else 0; then for each job: id, due (Unix ms or +inf), result (5 bytes) and status (or nothing) as
--   one text, and, if incidents change, the monitor's new state (a digit; -: the same) and the incident state (nothing: healthy) as one text
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

local RESULT = 5
local fenced, ids, schedule, outcomes, status, incident, healthy, states = {}, {}, {}, {}, {}, {}, {}, {}
local n, position = 0, 0
local i = 3
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
      local outcome = ARGV[i + 2]
      if #outcome > RESULT then
        status[#status + 1] = id
        status[#status + 1] = string.sub(outcome, RESULT + 1)
        outcome = string.sub(outcome, 1, RESULT)
      end
      outcomes[n] = outcome
      if changes then
        local changed, state = string.sub(ARGV[i + 3], 1, 1), string.sub(ARGV[i + 3], 2)
        if changed ~= '-' then
          states[#states + 1] = id
          states[#states + 1] = changed
        end
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
  local held = redis.call('HMGET', KEYS[5], unpack(ids))
  local results, most = {}, tonumber(ARGV[2])
  for job = 1, n do
    local all = held[job] and held[job] .. outcomes[job] or outcomes[job]
    results[job + job - 1] = ids[job]
    results[job + job] = #all <= most and all or string.sub(all, RESULT + 1)
  end
  redis.call('HSET', KEYS[5], unpack(results))
  if #status > 0 then
    redis.call('HSET', KEYS[3], unpack(status))
  end
  if #incident > 0 then
    redis.call('HSET', KEYS[4], unpack(incident))
  end
  if #healthy > 0 then
    redis.call('HDEL', KEYS[4], unpack(healthy))
  end
  if #states > 0 then
    redis.call('HSET', KEYS[6], unpack(states))
  end
  redis.call('ZREM', KEYS[2], unpack(ids))
end
return fenced
