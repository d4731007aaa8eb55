local p = { x = 0, y = 1, z = 2 }
for i = 1, 2000000 do
  p.x = p.x + p.y
  p.y = p.z - p.y
end
finish(p.x + p.y)
