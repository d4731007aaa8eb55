local o = {}
for i = 0, 999999 do
  local k = "key" .. i * 7 % 50000
  o[k] = (o[k] or 0) + i
end
local total = 0
local count = 0
for k, v in pairs(o) do
  total = total + v % 1000
  count = count + 1
end
finish(total + count)
