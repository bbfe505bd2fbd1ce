#[test]
fn holds_things() {
    assert_eq!(shop::add(2, 2), 4);
}

mod nested {
    #[test]
    fn says_why() -> Result<(), String> {
        Err("the cart is full".into())
    }
}
