function finish(result)
  print(string.format("%.0f %.3f", result, os.clock() * 1000))
end
