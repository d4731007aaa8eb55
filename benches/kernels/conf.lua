local floor = math.floor
local function add(a, b)
  local confidence = a.confidence
  if b.confidence < confidence then confidence = b.confidence end
  return { value = a.value + b.value, confidence = confidence }
end
local high, medium, low = 0, 0, 0
for i = 0, 4999999 do
  local seen = { value = i, confidence = floor(i % 97 / 96 * 1e9 + 0.5) }
  local known = { value = 1, confidence = floor(i % 89 / 88 * 1e9 + 0.5) }
  local both = add(seen, known)
  if both.confidence >= 700000000 then high = high + 1
  elseif both.confidence >= 500000000 then medium = medium + 1
  else low = low + 1 end
end
finish(high * 4 + medium * 2 + low)
