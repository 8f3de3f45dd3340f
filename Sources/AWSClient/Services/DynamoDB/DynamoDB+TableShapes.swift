extension DynamoDB {
    /// Asks for a table.
    package struct DescribeTableInput: Sendable, Encodable {
        /// The table.
        package var tableName: String

        /// Makes a request.
        package init(tableName: String) {
            self.tableName = tableName
        }

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
        }
    }

    /// A table.
    package struct DescribeTableOutput: Sendable, Decodable {
        /// What is known of it.
        package struct Table: Sendable, Decodable {
            /// Bytes that it stores, without its indexes.
            package let tableSizeBytes: Int64?

            private enum CodingKeys: String, CodingKey {
                case tableSizeBytes = "TableSizeBytes"
            }
        }

        /// The table.
        package let table: Table

        private enum CodingKeys: String, CodingKey {
            case table = "Table"
        }
    }
}
