"""What stands between the network and the desk's pages: limits of connections and of bodies."""
