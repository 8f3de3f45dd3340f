/// What it costs to read the records of a listing, in DynamoDB's read units, and which way is the cheaper one.
///
/// - **One by one**, `BatchGetItem` with 100 keys a call. Every item is rounded up to 4 KiB by itself, and the read sees every
///   earlier write: 1 unit an entry. A listing of `n` entries costs `n` units and `n / 100` calls, however large the vault is.
/// - **All at once**, `Query` of the vault's partition, walked beside the sorted listing. A call reads 1 MiB, and the sum of a
///   call is rounded up, not each item; the read may miss a write of the last second, for half the price. A vault of `r`
///   records of `b` bytes costs `r × b / 8,192` units and `r × b / 1,048,576` calls, however small the listing is.
///
/// So all at once is the cheaper way as soon as `n > r × b / 8,192`: with the 217 bytes of a typical record, from one
/// entry in 38 records on. One million records of 123 bytes cost 15,020 units in 118 calls; one by one a million units in
/// 10,000 calls. A listing of everything always takes this way, because what it does not name can be found by no other.
///
/// **What a late read can do.** Only the run that holds the lease writes records, and it reads a path's record this way
/// once, before it hands the path out; so a write can only be missed that the run before made within its last second. An entry
/// that thereby seems to need work goes to a downloader, which reads the record again, sees every write, and finds it
/// done. Before anything is deleted its record is read again as well. And a file that seems to be done is one that
/// was done then: a run ends with what is done, and no other undoes it.
enum ReadCost {
    /// The bytes of a typical record: the keys with a path of 40 bytes, digest, mark, epoch, run, version, size and three times.
    static let recordBytes = 217
    private static let queryBytesPerUnit = 8192

    /// Whether to read all records of the vault rather than those of the entries.
    ///
    /// - Parameters:
    ///   - entries: how many entries the listing has.
    ///   - records: how many records the vault has, as far as it is known.
    ///   - isSnapshot: whether the listing names everything there is.
    /// - Returns: true for a query of the partition.
    static func prefersQuery(entries: Int, records: Int?, isSnapshot: Bool) -> Bool {
        if isSnapshot { return true }
        guard let records else { return false }
        return entries > units(ofQuerying: records)
    }

    /// What a query of so many records costs.
    static func units(ofQuerying records: Int) -> Int {
        (records * recordBytes + queryBytesPerUnit - 1) / queryBytesPerUnit
    }
}
