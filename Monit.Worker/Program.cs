throw new NotSupportedException();
