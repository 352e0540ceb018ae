"""What happens inside Redis in one step, all or nothing?

The journal is a stream whose ids are `1-N`: N is the offset, given by the server
(`XADD ... 1-*`), so no clock is in it. Next to it are a hash from a record's identity
to its offset, and `about`: the identity of the journal and the number before which
its offsets do not count (`since`). KEYS are always about, stream, identities.

An entry has the fields `i` (identity), `t` (received, microseconds), `k` (kind), `w`
(who wrote it: node, group, place in the group) and `b` (the record).
"""

from __future__ import annotations

from screenpop.journal.redis_link import Script

FORMAT = "1"

_COMMON = """
local function field(entry, name)
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == name then return fields[i + 1] end
  end
end
local function number(id) return string.match(id, '%-(%d+)$') end
local function at(offset)
  local id = '1-' .. offset
  return redis.call('XRANGE', KEYS[2], id, id)[1]
end
local function head()
  if redis.call('EXISTS', KEYS[2]) == 0 then return nil end
  local about = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #about, 2 do
    if about[i] == 'last-generated-id' then return number(about[i + 1]) end
  end
end
local function make(since)
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('XADD', KEYS[2], '1-' .. since, 'i', '')
  redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
end
-- What is wrong, for a node that saw the entry `seen`, written by `mark`?
local function wrong(identity, seen, mark)
  local now = redis.call('HGET', KEYS[1], 'identity')
  if not now then return 'missing' end
  if now ~= identity then return 'other' end
  local found = seen ~= '0' and at(seen)
  if found then
    if mark ~= '' and field(found, 'w') ~= mark then return 'diverged' end
    return nil
  end
  local last = head()
  if not last then return 'missing' end
  if tonumber(last) < tonumber(seen) then return 'behind' end
end
"""

BEGIN = Script(
    _COMMON
    + """
if redis.call('HSETNX', KEYS[1], 'identity', ARGV[1]) == 1 then
  local last = head()
  if not last then make('0') end
  redis.call('HSET', KEYS[1], 'since', last or '0', 'format', ARGV[2])
end
local about = redis.call('HMGET', KEYS[1], 'identity', 'since', 'format')
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local last = head()
local mark = newest and number(newest[1]) == last and field(newest, 'w') or ''
return {about[1], about[2], about[3], last or '', mark or ''}
"""
)
"""ARGV: a new identity, the format. Returns identity, since, format, newest, mark."""

CHECK = Script(
    _COMMON
    + """
return {wrong(ARGV[1], ARGV[2], ARGV[3]) or 'ok', head() or '0'}
"""
)
"""ARGV: identity, seen, mark. Returns what is wrong or `ok`, newest."""

APPEND = Script(
    _COMMON
    + """
local bad = wrong(ARGV[1], ARGV[2], ARGV[3])
if bad then return {bad} end
local receipts = {'ok'}
local place = 0
for a = 5, #ARGV, 4 do
  place = place + 1
  local mark = ARGV[4] .. ':' .. place
  local offset = redis.call('HGET', KEYS[3], ARGV[a])
  local first = offset and at(offset)
  local fresh = '1'
  if first then
    if field(first, 'w') ~= mark then fresh = '0' end
  else
    offset = number(redis.call('XADD', KEYS[2], '1-*', 'i', ARGV[a], 't', ARGV[a + 1],
      'k', ARGV[a + 2], 'w', mark, 'b', ARGV[a + 3]))
    redis.call('HSET', KEYS[3], ARGV[a], offset)
  end
  receipts[#receipts + 1] = offset
  receipts[#receipts + 1] = fresh
end
return receipts
"""
)
"""ARGV: identity, seen, mark, the group's mark, then identity, time, kind and bytes of
each record. Returns what is wrong, or `ok` and offset and fresh of each. A group that
is repeated (its answer was lost) gets the receipts that it got."""

RENEW = Script(
    _COMMON
    + """
local now = redis.call('HGET', KEYS[1], 'identity') or ''
if now ~= '' and now ~= ARGV[1] then return {'other', now} end
local last, since = head(), ARGV[3]
if not last then
  make(since)
elseif tonumber(last) < tonumber(since) then
  redis.call('XSETID', KEYS[2], '1-' .. since)
else
  since = last
end
redis.call('HSET', KEYS[1], 'identity', ARGV[2], 'since', since, 'format', ARGV[4])
return {'ok', ARGV[2], since}
"""
)
"""ARGV: the identity to be replaced (there may be none), the new one, a number, the
format. Returns `ok`, identity, since; or `other` when another node was faster."""

OLD = Script(
    _COMMON
    + """
local entries = redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2])
local before, now, last = tonumber(ARGV[3]), tonumber(ARGV[4]), ''
for _, entry in ipairs(entries) do
  local received = tonumber(field(entry, 't') or '0')
  if received < before then
    last = number(entry[1])
  elseif received <= now then
    return {last, ''}
  end
end
local more = #entries == tonumber(ARGV[2])
return {last, more and '(' .. entries[#entries][1] or ''}
"""
)
"""ARGV: where to begin, how many, before, now. Returns the last old offset among these
and where to go on; '' is none. See `Journal.trim`."""

TRIM = Script(
    _COMMON
    + """
local entries = redis.call('XRANGE', KEYS[2], '-', '1-' .. ARGV[1], 'COUNT', ARGV[2])
if #entries == 0 then return 0 end
local last
for _, entry in ipairs(entries) do
  local identity = field(entry, 'i')
  last = number(entry[1])
  if identity and redis.call('HGET', KEYS[3], identity) == last then
    redis.call('HDEL', KEYS[3], identity)
  end
end
local rest = string.format('%.0f', tonumber(last) + 1)
redis.call('XTRIM', KEYS[2], 'MINID', '=', '1-' .. rest)
return #entries
"""
)
"""ARGV: the last offset that goes, how many in this step. Returns how many went."""

PUT_SNAPSHOT = Script(
    """
if redis.call('HLEN', KEYS[2]) ~= tonumber(ARGV[2]) then return 0 end
local before = redis.call('HGET', KEYS[1], 'pieces')
redis.call('PERSIST', KEYS[2])
redis.call('HSET', KEYS[1], 'header', ARGV[1], 'pieces', KEYS[2])
if before and before ~= KEYS[2] then redis.call('UNLINK', before) end
return 1
"""
)
"""KEYS: the snapshot, its new pieces. ARGV: header, how many pieces."""

ACQUIRE = Script(
    """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1]
  and redis.call('PTTL', KEYS[1]) <= 2 * tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
)
"""KEYS: the lease. ARGV: owner, milliseconds. One that has far longer to live than its
owner may ask for comes from a master with another clock, and is over: replicas get
the moment at which it ends, not the time that it has left."""

EXTEND = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
)

RELEASE = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
)
