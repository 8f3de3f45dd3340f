import Testing

@testable import AWSAdapters

@Suite("The values of one metric")
struct MetricSeriesTests {
    private func series(_ kind: MetricSeries.Kind, _ values: [Double]) -> MetricSeries {
        var series = MetricSeries(key: .init(name: "m", dimensions: []))
        for value in values { series.record(value, kind) }
        return series
    }

    @Test("a counter adds, a gauge keeps the last, a distribution keeps all")
    func kinds() {
        #expect(series(.sum, [1, 2, 4]).values == [7])
        #expect(series(.last, [1, 2, 4]).values == [4])
        #expect(series(.distribution, [1, 2, 4]).values == [1, 2, 4])
    }

    @Test("many values go in pieces")
    func pieces() {
        #expect(series(.distribution, [1, 2, 3, 4, 5]).pieces(of: 2).map(\.values) == [[1, 2], [3, 4], [5]])
        #expect(series(.distribution, []).pieces(of: 2).isEmpty)
    }

    @Test("metrics are ordered by their dimensions, and then by name")
    func order() {
        func key(_ name: String, _ value: String?) -> MetricSeries.Key {
            .init(name: name, dimensions: value.map { [.init(name: "d", value: $0)] } ?? [])
        }
        let keys = [key("b", "2"), key("a", "2"), key("z", "1"), key("y", nil)].sorted()
        #expect(keys == [key("y", nil), key("z", "1"), key("a", "2"), key("b", "2")])
    }
}
