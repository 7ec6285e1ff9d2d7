"""What somebody would try who means harm, or is merely careless."""
