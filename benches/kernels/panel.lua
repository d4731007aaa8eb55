local floor = math.floor
local function consensus(results)
  local groups = {}
  local whole = 0
  for _, result in ipairs(results) do
    whole = whole + result.confidence
    local found
    for _, group in ipairs(groups) do
      if group.value == result.value then found = group break end
    end
    if found then
      found.weight = found.weight + result.confidence
      found.count = found.count + 1
    else
      groups[#groups + 1] = { value = result.value, weight = result.confidence, count = 1 }
    end
  end
  local best
  for _, group in ipairs(groups) do
    if group.weight > 0 and (best == nil or group.weight > best.weight) then best = group end
  end
  if best == nil then return { confidence = 0 } end
  return { value = best.value, confidence = floor(best.weight / whole * (best.weight / best.count) + 0.5) }
end
local panels = {}
for p = 0, 63 do
  local panel = {}
  for i = 0, 14 do
    panel[i + 1] = { value = (i * 7 + p * 3) % 5, confidence = (i * 13 + p * 29) % 101 * 10000000 }
  end
  panels[p] = panel
end
local total = 0
for turn = 0, 199999 do
  local agreed = consensus(panels[turn % 64])
  total = total + agreed.value * 10 + floor(agreed.confidence / 1000000)
end
finish(total)
