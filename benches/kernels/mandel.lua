local total = 0
for y = 0, 399 do
  for x = 0, 399 do
    local a = x / 200 - 1.5
    local b = y / 200 - 1
    local zr, zi, i = 0.0, 0.0, 0
    while i < 50 and zr * zr + zi * zi < 4 do
      local t = zr * zr - zi * zi + a
      zi = 2 * zr * zi + b
      zr = t
      i = i + 1
    end
    total = total + i
  end
end
finish(total)
