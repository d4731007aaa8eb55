local function map(xs, f)
  local out = {}
  for i = 1, #xs do out[i] = f(xs[i]) end
  return out
end
local function filter(xs, f)
  local out = {}
  for i = 1, #xs do
    if f(xs[i]) then out[#out + 1] = xs[i] end
  end
  return out
end
local function reduce(xs, f, start)
  local sum = start
  for i = 1, #xs do sum = f(sum, xs[i]) end
  return sum
end
local xs = {}
for i = 1, 1000000 do xs[i] = i - 1 end
local k = 3
local total = 0
for turn = 0, 4 do
  local mapped = map(xs, function(x) return x * k + turn end)
  local even = filter(mapped, function(x) return x % 2 == 0 end)
  total = total + reduce(even, function(sum, x) return sum + x end, 0)
end
finish(total)
