/// Small pictures for the sample library: 24-bit Windows bitmaps, which need no compression and open everywhere.
enum SampleImage {
    /// A sky, a horizon and a sun whose place and colours come from `random`.
    static func bitmap(width: Int, height: Int, random: inout SeededRandom) -> [UInt8] {
        let rowSize = (width * 3 + 3) / 4 * 4
        var bytes = header(width: width, height: height, bodySize: rowSize * height)
        let horizon = height / 3 + random.below(height / 3)
        let sun = (x: random.below(width), y: horizon + random.below(height - horizon))
        let radius = 3 + random.below(6)
        let sky = (blue: 120 + random.below(120), green: 90 + random.below(80), red: 60 + random.below(160))
        // Rows go from the bottom up.
        for y in 0..<height {
            for x in 0..<width {
                let distance = (x - sun.x) * (x - sun.x) + (y - sun.y) * (y - sun.y)
                if y < horizon {
                    bytes += [UInt8(90 - y % 8 * 6), UInt8(70 + (x + y) % 16), 30]
                } else if distance <= radius * radius {
                    bytes += [90, 220, 250]
                } else {
                    let fade = (y - horizon) * 60 / height
                    bytes += [UInt8(sky.blue - fade), UInt8(sky.green - fade), UInt8(sky.red - fade)]
                }
            }
            bytes += [UInt8](repeating: 0, count: rowSize - width * 3)
        }
        return bytes
    }

    private static func header(width: Int, height: Int, bodySize: Int) -> [UInt8] {
        var bytes: [UInt8] = Array("BM".utf8)
        func append(_ value: Int, size: Int) {
            for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
        }
        append(54 + bodySize, size: 4)
        append(0, size: 4)
        append(54, size: 4)
        append(40, size: 4)
        append(width, size: 4)
        append(height, size: 4)
        append(1, size: 2)
        append(24, size: 2)
        append(0, size: 4)
        append(bodySize, size: 4)
        append(2_835, size: 4)
        append(2_835, size: 4)
        append(0, size: 8)
        return bytes
    }
}
