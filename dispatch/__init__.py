"""The loop that rings people: claims what is due, commits the attempt, rings, hears the rest."""
