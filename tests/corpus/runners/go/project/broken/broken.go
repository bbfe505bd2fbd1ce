package broken

func Nothing() int { return "not a number" }
