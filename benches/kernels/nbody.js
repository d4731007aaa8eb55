const bodies = [
  { x: 0, y: 0, z: 0, vx: 0, vy: 0, vz: 0, m: 39.47841760435743 },
  { x: 4.84143144246472090, y: -1.16032004402742839, z: -0.103622044471123109, vx: 0.606326392995832, vy: 2.81198684491626, vz: -0.02521836165988763, m: 0.03769367487038949 },
  { x: 8.34336671824457987, y: 4.12479856412430479, z: -0.403523417114321381, vx: -1.01077434617879, vy: 1.82566237123041, vz: 0.00841576137658415, m: 0.011286326131968767 },
  { x: 12.8943695621391310, y: -15.1111514016986312, z: -0.223307578892655734, vx: 1.08279100644154, vy: 0.868713018169608, vz: -0.010832637401363636, m: 0.0017237240570597112 },
  { x: 15.3796971148509165, y: -25.9193146099879641, z: 0.179258772950371181, vx: 0.979090732243898, vy: 0.594698998647676, vz: -0.034755955550407395, m: 0.0020336868699246304 },
]
const n = bodies.length
for (let step = 0; step < 500000; step++) {
  for (let i = 0; i < n; i++) {
    const a = bodies[i]
    for (let j = i + 1; j < n; j++) {
      const b = bodies[j]
      const dx = a.x - b.x
      const dy = a.y - b.y
      const dz = a.z - b.z
      const d = dx * dx + dy * dy + dz * dz
      const mag = 0.01 / (d * Math.sqrt(d))
      const mi = a.m * mag
      const mj = b.m * mag
      a.vx -= dx * mj
      a.vy -= dy * mj
      a.vz -= dz * mj
      b.vx += dx * mi
      b.vy += dy * mi
      b.vz += dz * mi
    }
  }
  for (let i = 0; i < n; i++) {
    const a = bodies[i]
    a.x += 0.01 * a.vx
    a.y += 0.01 * a.vy
    a.z += 0.01 * a.vz
  }
}
finish(Math.round((bodies[0].x + bodies[1].y) * 1e9))
