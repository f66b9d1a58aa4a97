global using Marten;
