local total = 0
for i = 1, 299999 do
  local n = i
  while n ~= 1 do
    if n % 2 == 0 then n = n / 2 else n = 3 * n + 1 end
    total = total + 1
  end
end
finish(total)
