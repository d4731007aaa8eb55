local all = {}
local seed = 42
for i = 1, 1000000 do
  seed = seed * 16807 % 2147483647
  all[i] = "w" .. seed % 5000
end
local text = table.concat(all, " ")
local counts = {}
for word in string.gmatch(text, "[^ ]+") do counts[word] = (counts[word] or 0) + 1 end
local most = 0
local keys = {}
for word, count in pairs(counts) do
  if count > most then most = count end
  keys[#keys + 1] = word
end
finish(#table.concat(keys, ",") + most + #text)
