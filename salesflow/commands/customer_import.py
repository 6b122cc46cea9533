"""salesflow customer import."""
