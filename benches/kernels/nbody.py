from math import floor, sqrt

class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "m")

    def __init__(self, x, y, z, vx, vy, vz, m):
        self.x, self.y, self.z, self.vx, self.vy, self.vz, self.m = x, y, z, vx, vy, vz, m

def main():
    bodies = [
        Body(0, 0, 0, 0, 0, 0, 39.47841760435743),
        Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949),
        Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -1.01077434617879, 1.82566237123041, 0.00841576137658415, 0.011286326131968767),
        Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 1.08279100644154, 0.868713018169608, -0.010832637401363636, 0.0017237240570597112),
        Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.979090732243898, 0.594698998647676, -0.034755955550407395, 0.0020336868699246304),
    ]
    n = len(bodies)
    for step in range(500000):
        for i in range(n):
            a = bodies[i]
            for j in range(i + 1, n):
                b = bodies[j]
                dx = a.x - b.x
                dy = a.y - b.y
                dz = a.z - b.z
                d = dx * dx + dy * dy + dz * dz
                mag = 0.01 / (d * sqrt(d))
                mi = a.m * mag
                mj = b.m * mag
                a.vx -= dx * mj
                a.vy -= dy * mj
                a.vz -= dz * mj
                b.vx += dx * mi
                b.vy += dy * mi
                b.vz += dz * mi
        for a in bodies:
            a.x += 0.01 * a.vx
            a.y += 0.01 * a.vy
            a.z += 0.01 * a.vz
    return floor((bodies[0].x + bodies[1].y) * 1e9 + 0.5)

finish(main())
