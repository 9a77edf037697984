-- What wrk asks, from its arguments: headers ("Name: value") and addresses ("/path/" or "/path/
-- host"), the latter in turn. {n} in an address stands for a number, another one each time.
-- Prints one line of JSON at the end, which benchmarks/server/wrk.py reads.

local asked, at = {}, 0

local function prepared(argument)
  local path, host = argument:match("^(%S+) ?(%S*)$")
  return function()
    local number = tostring(math.random(1, 1000000000))
    local headers = host ~= "" and { ["Host"] = host:gsub("{n}", number) } or nil
    if headers then
      for name, value in pairs(wrk.headers) do
        headers[name] = headers[name] or value
      end
    end
    return wrk.format("GET", (path:gsub("{n}", number)), headers)
  end
end

function init(arguments)
  math.randomseed(os.time())
  for _, argument in ipairs(arguments) do
    local name, value = argument:match("^([%w-]+): (.*)$")
    if name then
      wrk.headers[name] = value
    end
  end
  for _, argument in ipairs(arguments) do
    if argument:sub(1, 1) == "/" then
      local make = prepared(argument)
      -- Written once where it is the same each time.
      asked[#asked + 1] = argument:find("{n}", 1, true) and make or make()
    end
  end
end

function request()
  at = at % #asked + 1
  local found = asked[at]
  return type(found) == "function" and found() or found
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "median": %.6f, "slow": %.6f, "failures": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
