-- Requests the URLs in the arguments ("/path/" or "/path/ host") in turn, with the headers in the
-- arguments ("Name: value"). {n} in a URL is replaced by a random number in each request.
-- Prints one line of JSON at the end, which benchmarks/server/wrk.py parses.

local requests, at = {}, 0

local function formatter(argument)
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
      local format = formatter(argument)
      -- Formatted once if it is always the same.
      requests[#requests + 1] = argument:find("{n}", 1, true) and format or format()
    end
  end
end

function request()
  at = at % #requests + 1
  local found = requests[at]
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
