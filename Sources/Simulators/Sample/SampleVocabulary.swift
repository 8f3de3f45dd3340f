/// The words that the sample's notes are made of.
enum SampleVocabulary {
    static let people: [String] = [
        "Ana Lindqvist", "Tobias Reuter", "Mirela Popa", "Yusuf Adeyemi", "Greta Sandvik", "Owen Pritchard",
        "Chiara Bellini", "Daniel Okafor", "Ines Carvalho", "Pavel Dvořák", "Ruth Abrams", "Soren Madsen",
        "Hana Kobayashi", "Luca Ferrante", "Noor Rahimi", "Elena Markova", "Jonas Weber", "Amara Diallo", "Felix Grün",
        "Siobhán Keane", "Matteo Ricci", "Karin Ek", "Tomasz Zieliński", "Leila Haddad", "Björn Aasen", "Maya Iyer",
        "Victor Salgado", "Agnes Thorn", "Rui Tavares", "Edda Jónsdóttir", "Paul Mercier", "Zofia Nowak",
        "Henrik Strand", "Carmen Ortiz", "Idris Bello", "Wilma de Vries",
    ]

    static let projects: [String] = [
        "Harbour survey", "Allotment garden", "Kitchen shelves", "Bird count", "Family letters", "Boat restoration",
        "Weather station", "Choir archive", "Night train guide", "Sourdough log",
    ]

    static let dishes: [String] = [
        "Leek and potato soup", "Rye crispbread", "Lentils with sorrel", "Plum dumplings", "Smoked trout salad",
        "Barley risotto", "Cardamom buns", "Beetroot borscht", "Mushroom toast", "Pickled herring", "Quince paste",
        "Chickpea stew", "Saffron rice", "Walnut bread", "Cabbage pie", "Roast carrots with dill", "Apple cake",
        "Fennel gratin", "Fish pie", "Buckwheat pancakes", "Onion tart", "White bean salad", "Pumpkin gnocchi",
        "Rhubarb compote", "Nettle soup", "Baked celeriac", "Oat biscuits", "Tomato confit", "Elderflower cordial",
        "Spinach dumplings", "Potato rösti", "Gooseberry fool", "Sweetcorn chowder", "Egg curry", "Poppy seed roll",
        "Marinated aubergine",
    ]

    static let places: [String] = [
        "Hvalsund", "Old ferry pier", "Lighthouse path", "Market square", "North quay", "Salt marsh", "Mill pond",
        "Quarry lake", "Botanical garden", "Railway museum", "Stone bridge", "Upper meadow", "Fishermen's chapel",
        "Observatory hill", "Island of Lerøy", "City library", "Peat bog", "Tram depot", "Glass workshop",
        "Ridge walk",
    ]

    static let books: [String] = [
        "The Ropewalk", "A Field Guide to Slow Rivers", "Winter Harbour", "Notes on Tending Bees",
        "The Cartographer's Aunt",
        "Salt and Timber", "Twelve Ways to Mend a Net", "The Quiet Engine", "Letters from Platform Nine",
        "An Atlas of Small Weather", "The Orchard Ledger", "Bread in a Cold Year", "Lamps of the North Coast",
        "How Bridges Hum", "The Second Gardener", "Moss", "The Clockmaker's Inventory", "A Short History of Gates",
        "Tidewater", "The Understudy's Map", "Stones That Float", "Every Kind of Rain", "The Night Ferry",
        "A House of Many Stoves",
    ]

    static let ideas: [String] = [
        "A calendar of smells", "Bench by the water", "Borrowed tools shelf", "Broadcast of the tides",
        "Counting windows", "Doors as a family tree", "Five walks without a phone", "Garden for moths",
        "Index of overheard songs", "Library of small noises", "Map of the puddles", "Museum of lost buttons",
        "One stop too far", "Postcards to the next tenant", "Recipe swap by train", "Repair evening",
        "Street names explained", "Watering rota",
    ]

    static let adjectives: [String] = [
        "quiet", "narrow", "late", "borrowed", "rusty", "bright", "patient", "half-finished", "windy", "damp", "steady",
        "careful", "unexpected", "early", "well-worn", "crooked", "generous", "cold", "familiar", "slow",
    ]

    static let things: [String] = [
        "ladder", "notebook", "kettle", "bicycle", "map", "barometer", "lantern", "workbench", "sail", "train",
        "gate", "orchard", "letter", "radio", "boat", "chair", "window", "tide table", "stove", "path",
    ]

    static let actions: [String] = [
        "was moved closer to", "reminded everyone of", "turned out older than", "stood in the way of",
        "was traded for", "cast a shadow over", "made more noise than", "was repaired with parts from",
        "fitted exactly behind", "was painted to match", "gave shelter to", "cost less than",
    ]

    static let weathers: [String] = [
        "drizzle", "clear and cold", "fog until noon", "strong wind from the west", "warm for the season",
        "first frost",
        "thunder in the evening", "high cloud", "steady rain", "sun between showers",
    ]

    static let chores: [String] = [
        "Order seed potatoes", "Return the drill", "Call about the chimney", "Sharpen the plane irons",
        "Sort the photographs from the attic", "Pay the mooring fee", "Write down what the surveyor said",
        "Mend the bicycle lamp", "Book the ferry", "Label the jam", "Copy the old address book", "Air the cabin",
        "Ask for the missing invoice", "Oil the hinges", "Take the readings", "Fetch the parcel",
    ]

    static let ingredients: [String] = [
        "flour", "butter", "potatoes", "onions", "dill", "rye", "barley", "cream", "apples", "garlic", "lemon", "thyme",
        "carrots", "eggs", "oats", "walnuts", "honey", "vinegar", "mustard", "celery",
    ]

    static let tags: [String] = [
        "outdoors", "home", "work", "family", "reading", "repair", "water", "season", "travel", "food",
    ]
}
